<?php

return [
    'expiration' => 60 * 24,
];
