<?php

return [
    'encrypt' => false,
];
