<?php

return [
    'driver' => 'bcrypt',
    'rehash_on_login' => false,
];
